defmodule Greeter.Server do
  @moduledoc """
  A small HTTP server: `GET /name` greets the name.
  """

  use Task, restart: :permanent

  require Logger

  def start_link(opts) do
    Task.start_link(__MODULE__, :listen, [Keyword.fetch!(opts, :port)])
  end

  def listen(port) do
    # `packet: :http_bin` lets Erlang read the request line and the headers
    {:ok, socket} =
      :gen_tcp.listen(port, [:binary, packet: :http_bin, active: false, reuseaddr: true])

    Logger.info("listening on #{port}")
    accept(socket)
  end

  defp accept(socket) do
    {:ok, client} = :gen_tcp.accept(socket)

    {:ok, pid} =
      Task.Supervisor.start_child(Greeter.Connections, fn ->
        receive do: (:ready -> serve(client))
      end)

    :ok = :gen_tcp.controlling_process(client, pid)
    send(pid, :ready)
    accept(socket)
  end

  defp serve(client) do
    with {:ok, {:http_request, method, {:abs_path, path}, _version}} <- receive_packet(client),
         :ok <- skip_headers(client) do
      {status, body} = respond(method, URI.parse(path).path)

      :gen_tcp.send(client, [
        "HTTP/1.1 #{status}\r\n",
        "content-type: text/plain; charset=utf-8\r\n",
        "content-length: #{byte_size(body)}\r\n",
        "connection: close\r\n\r\n",
        body
      ])
    end

    :gen_tcp.close(client)
  end

  defp skip_headers(client) do
    case receive_packet(client) do
      {:ok, :http_eoh} -> :ok
      {:ok, {:http_header, _, _, _, _}} -> skip_headers(client)
      other -> other
    end
  end

  defp receive_packet(client), do: :gen_tcp.recv(client, 0, 5_000)

  defp respond(:GET, "/"), do: {"200 OK", Greeter.greet("world") <> "\n"}
  defp respond(:GET, "/" <> name), do: {"200 OK", Greeter.greet(URI.decode(name)) <> "\n"}
  defp respond(_method, _path), do: {"405 Method Not Allowed", "GET a name\n"}
end
