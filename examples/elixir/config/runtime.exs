import Config

if port = System.get_env("PORT") do
  config :greeter, port: String.to_integer(port)
end
