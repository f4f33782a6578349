defmodule InteropWeb.Endpoint do
  use Phoenix.Endpoint, otp_app: :interop

  @connect_info [:peer_data, :uri, :x_headers]

  socket "/socket", InteropWeb.CountedSocket,
    websocket: [connect_info: @connect_info, compress: true],
    longpoll: [connect_info: @connect_info]

  socket "/tiny", InteropWeb.CountedSocket,
    websocket: [connect_info: @connect_info, timeout: 2_000],
    longpoll: false

  socket "/limited", InteropWeb.CountedSocket,
    websocket: [connect_info: @connect_info, max_frame_size: 64 * 1024],
    longpoll: false

  plug :answer

  def answer(%Plug.Conn{path_info: ["stats"]} = conn, _opts) do
    conn
    |> Plug.Conn.put_resp_content_type("application/json")
    |> Plug.Conn.send_resp(200, Jason.encode!(Interop.Counters.stats()))
  end

  def answer(conn, _opts) do
    conn
    |> Plug.Conn.put_resp_content_type("text/plain")
    |> Plug.Conn.send_resp(404, "not found")
  end
end
