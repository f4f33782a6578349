defmodule Interop.MixProject do
  use Mix.Project

  def project do
    [
      app: :interop,
      version: "0.1.0",
      elixir: "~> 1.14",
      start_permanent: true,
      deps: deps()
    ]
  end

  def application do
    [mod: {Interop.Application, []}, extra_applications: [:logger, :crypto]]
  end

  defp deps do
    [
      {:phoenix, "~> 1.7.14"},
      {:phoenix_pubsub, "~> 2.1"},
      {:plug_cowboy, "~> 2.7"},
      {:jason, "~> 1.4"}
    ]
  end
end
