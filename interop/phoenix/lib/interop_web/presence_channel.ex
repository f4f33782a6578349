defmodule InteropWeb.PresenceChannel do
  @moduledoc """
  Everybody who joins is present under the name that their join gives. The same channel in TypeScript
  is src/presence-channel.ts; change both together.
  """
  use Phoenix.Channel
  alias InteropWeb.Presence

  @impl true
  def join(_topic, %{"user" => user}, socket) do
    send(self(), :after_join)
    Interop.Counters.track(:channel)
    {:ok, assign(socket, :name, user)}
  end

  @impl true
  def handle_info(:after_join, socket) do
    {:ok, _ref} =
      Presence.track(socket, socket.assigns.name, %{online_at: System.system_time(:millisecond)})

    push(socket, "presence_state", Presence.list(socket))
    {:noreply, socket}
  end

  @impl true
  def handle_in("update", meta, socket) do
    {:ok, _ref} = Presence.update(socket, socket.assigns.name, meta)
    {:reply, :ok, socket}
  end
end
