defmodule Interop.Application do
  @moduledoc false
  use Application

  @impl true
  def start(_type, _args) do
    children = [
      Interop.Counters,
      {Phoenix.PubSub, name: Interop.PubSub},
      InteropWeb.Presence,
      InteropWeb.Endpoint
    ]

    Supervisor.start_link(children, strategy: :one_for_one, name: Interop.Supervisor)
  end
end
