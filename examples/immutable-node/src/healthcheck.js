// The container's HEALTHCHECK: node is in the image anyway, curl is not.
import { get } from 'node:http';

const url = `http://127.0.0.1:${process.env.PORT ?? '3000'}/health`;

const request = get(url, { timeout: 2000 }, (response) => {
  response.resume();
  process.exitCode = response.statusCode === 200 ? 0 : 1;
});
request.on('timeout', () => request.destroy(new Error('no answer within 2 s')));
request.on('error', (error) => {
  console.error(`${url}: ${error.message}`);
  process.exitCode = 1;
});
