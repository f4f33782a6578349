defmodule InteropWeb.Presence do
  use Phoenix.Presence, otp_app: :interop, pubsub_server: Interop.PubSub
end
