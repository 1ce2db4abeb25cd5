// An S3 endpoint that is not the local AWS: s3rver, with a latency added to every request before it is looked at.
// node --openssl-legacy-provider server.js DIRECTORY PORT MILLISECONDS
// (s3rver 3.7.1 makes continuation tokens with DES, which OpenSSL 3 has only in its legacy provider.)
const http = require("http");
const S3rver = require("s3rver");

const [directory, port, latency] = process.argv.slice(2);
const server = new S3rver({
  directory,
  silent: true,
  allowMismatchedSignatures: true,
  configureBuckets: [{ name: "ours" }, { name: "s5cmd" }, { name: "awscli" }, { name: "packed" }],
});
const answer = server.callback();
const counts = {};

http.Agent.defaultMaxSockets = Infinity;
server.configureBuckets().then(() => {
  http
    .createServer((request, response) => {
      if (request.url === "/_counts") {
        response.end(JSON.stringify(counts));
        return;
      }
      counts[request.method] = (counts[request.method] || 0) + 1;
      setTimeout(() => answer(request, response), Number(latency));
    })
    .on("checkContinue", (request, response) => {
      response.writeContinue();
      counts[request.method] = (counts[request.method] || 0) + 1;
      setTimeout(() => answer(request, response), Number(latency));
    })
    .listen(Number(port), "127.0.0.1", () => console.log("ready"));
});
