defmodule InteropWeb.CountedSocket do
  @moduledoc """
  The UserSocket, with its process counted, and with a way to close it with any code.
  """
  @behaviour Phoenix.Socket.Transport

  alias InteropWeb.UserSocket

  @impl true
  defdelegate child_spec(opts), to: UserSocket

  @impl true
  defdelegate drainer_spec(opts), to: UserSocket

  @impl true
  defdelegate connect(info), to: UserSocket

  @impl true
  def init(state) do
    Interop.Counters.track(:websocket)
    UserSocket.init(state)
  end

  @impl true
  defdelegate handle_in(message, state), to: UserSocket

  @impl true
  def handle_info({:interop_close, code, reason}, state) do
    {:stop, :normal, {code, reason}, state}
  end

  def handle_info(message, state), do: UserSocket.handle_info(message, state)

  @impl true
  defdelegate terminate(reason, state), to: UserSocket
end
