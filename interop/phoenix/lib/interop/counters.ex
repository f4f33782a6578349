defmodule Interop.Counters do
  @moduledoc """
  Counts the processes of WebSockets and channels: those that live, those that ended, and why.
  Phoenix's telemetry tells of beginnings only, so each process is monitored.
  """
  use GenServer

  def start_link(_opts), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @doc "Counts the calling process as a :websocket or a :channel until it ends."
  def track(kind), do: GenServer.call(__MODULE__, {:track, kind, self()})

  def stats, do: GenServer.call(__MODULE__, :stats)

  @impl true
  def init(nil) do
    {:ok, %{monitors: %{}, opened: %{}, ended: %{}, websocket_ends: %{}, channel_ends: %{}}}
  end

  @impl true
  def handle_call({:track, kind, pid}, _from, state) do
    monitors = Map.put(state.monitors, Process.monitor(pid), kind)
    {:reply, :ok, %{state | monitors: monitors, opened: increment(state.opened, kind)}}
  end

  def handle_call(:stats, _from, state) do
    stats = %{
      live: %{websocket: live(state, :websocket), channel: live(state, :channel)},
      opened: Map.get(state.opened, :websocket, 0),
      ended: Map.get(state.ended, :websocket, 0),
      endsByReason: state.websocket_ends,
      channelsOpened: Map.get(state.opened, :channel, 0),
      channelsEnded: Map.get(state.ended, :channel, 0),
      channelEndsByReason: state.channel_ends
    }

    {:reply, stats, state}
  end

  @impl true
  def handle_info({:DOWN, monitor, :process, _pid, reason}, state) do
    {kind, monitors} = Map.pop(state.monitors, monitor)
    ends = if kind == :websocket, do: :websocket_ends, else: :channel_ends

    state =
      %{state | monitors: monitors, ended: increment(state.ended, kind)}
      |> Map.update!(ends, &increment(&1, name(reason)))

    {:noreply, state}
  end

  defp live(state, kind), do: Map.get(state.opened, kind, 0) - Map.get(state.ended, kind, 0)

  defp increment(counts, key), do: Map.update(counts, key, 1, &(&1 + 1))

  # An exception comes with its stack, which would make a reason of each line of code.
  defp name({exception, stack}) when is_exception(exception) and is_list(stack) do
    inspect(exception.__struct__)
  end

  defp name(reason), do: inspect(reason)
end
