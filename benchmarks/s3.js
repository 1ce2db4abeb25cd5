// An S3 endpoint for the upload benchmark and nothing else: objects in memory, a latency before every answer.
// node s3.js PORT MILLISECONDS
//
// moto and s3rver take longer for an object than the clients that are compared, so they would hide the differences.
// It knows PutObject (aws-chunked bodies, too), ListObjectsV2, GetObject and HeadObject, makes ETags as
// S3 does, and refuses a body that is not what its x-amz-checksum-sha256 or Content-MD5 says. It checks no
// signatures, has every bucket, and /_counts tells how many requests of each method have come.
const crypto = require("crypto");
const http = require("http");

const [port, latency] = process.argv.slice(2).map(Number);
const PAGE = 1000;
const buckets = new Map(); // name -> Map of key -> {body, etag, sha256, modified}
const sorted = new Map(); // name -> its keys in order, until the next change
const counts = {};

const digest = (algorithm, body, form) => crypto.createHash(algorithm).update(body).digest(form);
const bucketOf = (name) => buckets.get(name) || buckets.set(name, new Map()).get(name);
const keysOf = (name) => sorted.get(name) || sorted.set(name, [...bucketOf(name).keys()].sort()).get(name);

// aws-chunked: `<hex size>[;chunk-signature=...]\r\n<bytes>\r\n`, until a chunk of size 0 (and trailers).
function unchunked(body) {
  const parts = [];
  for (let at = 0; ; ) {
    const end = body.indexOf("\r\n", at);
    const size = parseInt(body.toString("latin1", at, end), 16);
    if (!size) return Buffer.concat(parts);
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

function refuse(response, status, code) {
  response.writeHead(status, { "Content-Type": "application/xml" });
  response.end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

function put(response, bucket, key, headers, sent) {
  const body = headers["x-amz-decoded-content-length"] ? unchunked(sent) : sent;
  const md5 = digest("md5", body);
  const sha256 = headers["x-amz-checksum-sha256"];
  if (sha256 && digest("sha256", body, "base64") !== sha256) return refuse(response, 400, "BadDigest");
  const claimed = headers["content-md5"];
  if (claimed && md5.toString("base64") !== claimed) return refuse(response, 400, "BadDigest");
  const etag = `"${md5.toString("hex")}"`;
  bucketOf(bucket).set(key, { body, etag, sha256, modified: new Date() });
  sorted.delete(bucket);
  response.writeHead(200, { ETag: etag, "Content-Length": 0 });
  response.end();
}

function get(response, bucket, key, headers, method) {
  const found = bucketOf(bucket).get(key);
  if (!found) return refuse(response, 404, "NoSuchKey");
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range || "");
  const first = range ? Number(range[1]) : 0;
  const last = range && range[2] ? Math.min(Number(range[2]), found.body.length - 1) : found.body.length - 1;
  const about = { ETag: found.etag, "Content-Length": last - first + 1, "Last-Modified": found.modified.toUTCString() };
  if (range) about["Content-Range"] = `bytes ${first}-${last}/${found.body.length}`;
  if (found.sha256 && !range) Object.assign(about, { "x-amz-checksum-sha256": found.sha256, "x-amz-checksum-type": "FULL_OBJECT" });
  response.writeHead(range ? 206 : 200, about);
  response.end(method === "HEAD" ? undefined : found.body.subarray(first, last + 1));
}

// The first index whose key is greater than `text`.
function after(keys, text) {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle] <= text) low = middle + 1;
    else high = middle;
  }
  return low;
}

function list(response, bucket, query) {
  const prefix = query.get("prefix") || "";
  const delimiter = query.get("delimiter");
  const token = query.get("continuation-token");
  const from = token ? Buffer.from(token, "base64").toString() : query.get("start-after") || "";
  const [keys, objects] = [keysOf(bucket), bucketOf(bucket)];
  const [entries, folders] = [[], new Set()];
  let at = Math.max(after(keys, from), after(keys, prefix)); // no key here ends as a prefix does
  const inside = () => at < keys.length && keys[at].startsWith(prefix);
  for (; inside() && entries.length + folders.size < PAGE; at++) {
    const cut = delimiter ? keys[at].indexOf(delimiter, prefix.length) : -1;
    if (cut >= 0) {
      folders.add(`<CommonPrefixes><Prefix>${encodeURIComponent(keys[at].slice(0, cut + 1))}</Prefix></CommonPrefixes>`);
      continue;
    }
    const { body, etag, modified } = objects.get(keys[at]);
    entries.push(
      `<Contents><Key>${encodeURIComponent(keys[at])}</Key><LastModified>${modified.toISOString()}</LastModified>` +
        `<ETag>${etag}</ETag><Size>${body.length}</Size></Contents>`,
    );
  }
  const next = Buffer.from(keys[at - 1] || "").toString("base64");
  const more = inside() ? `<NextContinuationToken>${next}</NextContinuationToken>` : "";
  response.writeHead(200, { "Content-Type": "application/xml" });
  response.end(
    `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${inside()}</IsTruncated>` +
      `${more}${entries.join("")}${[...folders].join("")}</ListBucketResult>`,
  );
}

function answer(request, response, body) {
  const url = new URL(request.url, "http://s3");
  const [bucket, ...rest] = url.pathname.slice(1).split("/").map(decodeURIComponent);
  const key = rest.join("/");
  if (request.method === "PUT") return put(response, bucket, key, request.headers, body);
  if (key) return get(response, bucket, key, request.headers, request.method);
  return list(response, bucket, url.searchParams);
}

http
  .createServer((request, response) => {
    if (request.url === "/_counts") return response.end(JSON.stringify(counts));
    counts[request.method] = (counts[request.method] || 0) + 1;
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => setTimeout(() => answer(request, response, Buffer.concat(parts)), latency));
  })
  .listen(port, "127.0.0.1", 1024, () => console.log("ready"));
