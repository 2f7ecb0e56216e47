FROM node:20-slim AS build
WORKDIR /opt/opentsdb
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
COPY bin bin
COPY src src
COPY web web
COPY static static
RUN bin/build && npm prune --omit=dev && rm -rf src web .build

FROM node:20-slim
WORKDIR /opt/opentsdb
COPY LICENSE ./
COPY --from=build /opt/opentsdb ./
COPY conf conf
COPY fonts fonts
COPY hbase-schema hbase-schema
# Without a configuration the embedded store, the spool and the search index are in the working directory.
RUN install -d -o node -g node /var/lib/opentsdb
WORKDIR /var/lib/opentsdb
VOLUME /var/lib/opentsdb
USER node
EXPOSE 4242
ENTRYPOINT ["/opt/opentsdb/bin/tsdb"]
CMD ["tsd"]
