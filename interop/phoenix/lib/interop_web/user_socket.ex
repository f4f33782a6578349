defmodule InteropWeb.UserSocket do
  use Phoenix.Socket

  channel "room:*", InteropWeb.RoomChannel
  channel "presence:*", InteropWeb.PresenceChannel

  @impl true
  def connect(%{"token" => "bad"}, _socket, _connect_info), do: :error
  def connect(%{"token" => "err"}, _socket, _connect_info), do: {:error, :unauthorized}

  def connect(%{"token" => "raise"}, _socket, _info),
    do: raise("A crash of connect was asked for.")

  def connect(params, socket, connect_info) do
    {:ok, assign(socket, user: params["user"], about: about(params, connect_info))}
  end

  @impl true
  def id(%{assigns: %{user: nil}}), do: nil
  def id(%{assigns: %{user: user}}), do: "user:#{user}"

  # What the event "whoami" tells.
  defp about(params, %{peer_data: peer, uri: uri, x_headers: x_headers}) do
    %{
      params: params,
      peer: "#{:inet.ntoa(peer.address)}:#{peer.port}",
      uri: URI.to_string(uri),
      x_headers: Map.new(x_headers)
    }
  end
end
