// The entry point: configuration from the environment, then serve until told to stop.
import { createApp } from './app.js';
import { readConfig } from './config.js';
import { createStore } from './store.js';

const config = readConfig(process.env);
const store = createStore(config);
const server = createApp({ config, store });

server.listen(config.port, () => {
  console.log(JSON.stringify({ event: 'listening', port: config.port, version: config.version }));
});

// Process 1 of a container gets no default signal handling: without this, `docker stop` waits ten
// seconds and kills.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    console.log(JSON.stringify({ event: 'stopping', signal }));
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
