import Config

config :phoenix, :json_library, Jason

# Crashes are asked for here, and are not worth a line each.
config :logger, level: :critical

config :interop, InteropWeb.Endpoint,
  http: [ip: {127, 0, 0, 1}, port: String.to_integer(System.get_env("PORT", "4100"))],
  url: [host: "127.0.0.1"],
  server: true,
  check_origin: false,
  pubsub_server: Interop.PubSub,
  render_errors: [formats: [json: InteropWeb.ErrorJSON], layout: false],
  # Signs long-polling sessions of this run alone.
  secret_key_base: Base.encode64(:crypto.strong_rand_bytes(48))
