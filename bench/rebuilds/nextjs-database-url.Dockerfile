# As people write it by hand: the address of the database, with its password, is a build arg.
FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci
COPY . .
ARG DATABASE_URL
RUN --mount=type=cache,target=/app/.next/cache \
    npm run build
ENV NODE_ENV=production
CMD ["npm", "run", "start"]
