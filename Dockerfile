# syntax=docker/dockerfile:1
# The wheel is built in one image and installed in another, which has neither compilers nor sources.
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY cleaners cleaners
COPY crawler crawler
RUN python -m venv /jianbao \
    && /jianbao/bin/pip install --no-cache-dir --constraint constraints.txt '.[monitor,parquet,schedule,web]'

FROM python:3.13-slim
RUN useradd --uid 10001 --home-dir /var/cache/jianbao --create-home jianbao && install -d -o jianbao -g jianbao /data /seeds
COPY --from=build /jianbao /jianbao
ENV PATH=/jianbao/bin:$PATH PYTHONUNBUFFERED=1 JIANBAO_STORE=/data/news.db
USER 10001
# /data: store, archive, index; /seeds: your seed files, read only.
VOLUME ["/data", "/seeds"]
WORKDIR /data
# For commands that run on; in compose.yaml each service says how it is asked.
HEALTHCHECK --interval=1m --timeout=30s --start-period=1m CMD ["jianbao", "--version"]
ENTRYPOINT ["jianbao"]
CMD ["--help"]
