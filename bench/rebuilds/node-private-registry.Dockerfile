# As people write it by hand: the token is mounted where `npm` needs it.
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN \
    --mount=type=cache,target=/root/.npm \
    npm ci
COPY . .
RUN npm run build
RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN \
    npm prune --omit=dev

FROM node:22-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json .
CMD ["node", "dist/server.js"]
