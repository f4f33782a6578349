[
  inputs: ["*.exs", "config/*.exs", "lib/**/*.ex"],
  # What import_deps: [:phoenix, :plug] would say, without needing them.
  locals_without_parens: [socket: 3, plug: 1, channel: 2, defdelegate: 2]
]
