defmodule Greeter.Application do
  @moduledoc false

  use Application

  @impl true
  def start(_type, _args) do
    children = [
      {Task.Supervisor, name: Greeter.Connections},
      {Greeter.Server, port: Application.fetch_env!(:greeter, :port)}
    ]

    Supervisor.start_link(children, strategy: :one_for_one, name: Greeter.Supervisor)
  end
end
