# As people write it by hand.
FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim AS build
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --locked --no-dev --no-install-project
COPY . .
RUN python -m tides check

FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH
COPY --from=build /app ./
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "main:app"]
