defmodule InteropWeb.RoomChannel do
  @moduledoc """
  The channel that every client can be tried against: each event shows one thing that a server does.
  The same channel in TypeScript is src/room-channel.ts; change both together.
  """
  use Phoenix.Channel

  @impl true
  def join(_topic, %{"deny" => true}, _socket), do: {:error, %{reason: "unauthorized"}}
  def join(_topic, %{"crash" => true}, _socket), do: raise("A crash of the join was asked for.")

  def join(_topic, params, socket) when is_map(params) do
    for seq <- 1..Map.get(params, "push_on_join", 0)//1, do: send(self(), {:welcome, seq})
    Interop.Counters.track(:channel)
    {:ok, params, socket}
  end

  @impl true
  def handle_info({:welcome, seq}, socket) do
    push(socket, "welcome", %{seq: seq})
    {:noreply, socket}
  end

  # A payload of bytes is {:binary, bytes}.
  @impl true
  def handle_in(event, payload, socket) when event in ["ping", "bin"] do
    {:reply, {:ok, payload}, socket}
  end

  def handle_in(event, payload, socket) when event in ["echo_err", "bin_err"] do
    {:reply, {:error, payload}, socket}
  end

  def handle_in("noreply", _payload, socket), do: {:noreply, socket}

  def handle_in(event, payload, socket) when event in ["push", "bin_push"] do
    push(socket, event, payload)
    {:noreply, socket}
  end

  def handle_in("bcast", {:binary, _bytes} = payload, socket) do
    broadcast!(socket, "bcast", payload)
    {:noreply, socket}
  end

  def handle_in("bcast", payload, socket) do
    broadcast!(socket, "bcast", payload)
    {:reply, :ok, socket}
  end

  def handle_in("push_n", %{"n" => n} = payload, socket) do
    data = String.duplicate("x", Map.get(payload, "size", 0))
    for seq <- 1..n//1, do: push(socket, "push_n", %{seq: seq, data: data})
    {:reply, :ok, socket}
  end

  def handle_in("whoami", _payload, socket), do: {:reply, {:ok, socket.assigns.about}, socket}

  def handle_in("stop", payload, socket), do: {:stop, :normal, {:ok, payload}, socket}
  def handle_in("close_me", _payload, socket), do: {:stop, :shutdown, socket}
  def handle_in("stop_error", _payload, socket), do: {:stop, :boom, socket}
  def handle_in("crash", _payload, _socket), do: raise("A crash of the channel was asked for.")

  def handle_in("kill_channel", _payload, socket) do
    Process.exit(self(), :kill)
    {:noreply, socket}
  end

  def handle_in("drop_socket", %{"how" => "disconnect"}, socket) do
    InteropWeb.Endpoint.broadcast(socket.id, "disconnect", %{})
    {:noreply, socket}
  end

  def handle_in("drop_socket", _payload, socket) do
    Process.exit(socket.transport_pid, :kill)
    {:noreply, socket}
  end

  def handle_in("ws_close", %{"code" => code} = payload, socket) do
    send(socket.transport_pid, {:interop_close, code, Map.get(payload, "reason", "")})
    {:noreply, socket}
  end
end
