# One node of Windbox. Everything is pinned: the base images by their tags, the packages and Bun itself by package-lock.json.

FROM node:24.21.0-bookworm-slim AS bun
WORKDIR /bun
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund \
  && node node_modules/bun/install.js \
  && install -m 755 node_modules/bun/bin/bun.exe /usr/local/bin/bun

FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /windbox
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM debian:bookworm-20260803-slim
# Of no package of the base: files in a volume keep their owner over an upgrade of the image.
RUN groupadd --gid 10001 windbox \
  && useradd --uid 10001 --gid windbox --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin windbox \
  && install -d -o windbox -g windbox -m 700 /data
COPY --from=bun /usr/local/bin/bun /usr/local/bin/bun
WORKDIR /windbox
COPY --from=packages /windbox/node_modules node_modules
COPY . .
# Nothing is written beside the data: the root file system may be read-only.
ENV NODE_ENV=production \
  BUN_RUNTIME_TRANSPILER_CACHE_PATH=0 \
  WINDBOX_HOST=0.0.0.0 \
  WINDBOX_PORT=3000 \
  WINDBOX_DATA_DIR=/data
USER 10001:10001
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=6 CMD ["bun", "deploy/ready.ts"]
# Without a shell between, so that SIGTERM reaches the server; commands go behind it: `docker compose exec node-1 bun main.ts check`.
ENTRYPOINT ["bun", "main.ts"]
