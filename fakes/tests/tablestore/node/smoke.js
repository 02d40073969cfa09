// A small client of the unmodified official SDK: `node smoke.js ENDPOINT [V4 region]`.
// Prints one line when every operation answered as it should, and fails with an error otherwise.
"use strict";

const assert = require("node:assert");
const { createRequire } = require("node:module");
const ots = createRequire(process.cwd() + "/")("tablestore"); // from where it was installed

const [endpoint] = process.argv.slice(2);
const client = new ots.Client({
  accessKeyId: "local",
  secretAccessKey: "local",
  endpoint,
  instancename: "node",
  maxRetries: 0,
});
const TABLE = "smoke";
const IGNORE = new ots.Condition(ots.RowExistenceExpectation.IGNORE, null);
const number = (value) => ots.Long.fromNumber(value);
const key = (place, at) => [{ place }, { number: typeof at === "number" ? number(at) : at }];
const values = (row) => Object.fromEntries(row.attributes.map((cell) => [cell.columnName, plain(cell.columnValue)]));
const plain = (value) => (typeof value?.toNumber === "function" ? value.toNumber() : value);

function call(name, parameters) {
  return new Promise((resolve, reject) => {
    client[name](parameters, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

async function refused(code, name, parameters) {
  await assert.rejects(call(name, parameters), (error) => (error.name === code || error.code === code ||
    String(error.message).includes(code)) || assert.fail(`${error.code} ${error.message}`));
}

async function create() {
  await call("createTable", {
    tableMeta: {
      tableName: TABLE,
      primaryKey: [{ name: "place", type: "STRING" }, { name: "number", type: "INTEGER" }],
    },
    reservedThroughput: { capacityUnit: { read: 0, write: 0 } },
    tableOptions: { timeToLive: -1, maxVersions: 1 },
  });
  assert.deepStrictEqual((await call("listTable", {})).tableNames, [TABLE]);
  const described = await call("describeTable", { tableName: TABLE });
  assert.strictEqual(described.tableMeta.primaryKey.length, 2);
}

async function writeAndRead() {
  const attributeColumns = [{ text: "世界 🌏" }, { int: number(5) }, { real: 1.5 }, { yes: true }, { bin: Buffer.from([0, 255]) }];
  const put = await call("putRow", {
    tableName: TABLE, condition: IGNORE, primaryKey: key("here", 1), attributeColumns,
    returnContent: { returnType: ots.ReturnType.Primarykey },
  });
  assert.strictEqual(put.row.primaryKey[0].value, "here");
  const got = await call("getRow", { tableName: TABLE, primaryKey: key("here", 1), maxVersions: 1 });
  assert.deepStrictEqual(values(got.row), {
    bin: Buffer.from([0, 255]), int: 5, real: 1.5, text: "世界 🌏", yes: true,
  });
  const update = { tableName: TABLE, condition: IGNORE, primaryKey: key("here", 1) };
  await call("updateRow", {
    ...update, updateOfAttributeColumns: [{ PUT: [{ text: "new" }] }, { DELETE_ALL: ["bin", "real", "yes"] }],
  });
  await call("updateRow", { ...update, updateOfAttributeColumns: [{ INCREMENT: [{ int: number(2) }] }] });
  const updated = await call("getRow", { tableName: TABLE, primaryKey: key("here", 1), maxVersions: 1 });
  assert.deepStrictEqual(values(updated.row), { int: 7, text: "new" });
  const exists = new ots.Condition(ots.RowExistenceExpectation.EXPECT_NOT_EXIST, null);
  await refused("OTSConditionCheckFail", "putRow", {
    tableName: TABLE, condition: exists, primaryKey: key("here", 1), attributeColumns: [],
  });
}

async function writeAndReadBatches() {
  const rows = Array.from({ length: 30 }, (_, at) => ({
    type: "PUT", condition: IGNORE, primaryKey: key("there", at), attributeColumns: [{ v: number(at) }],
    returnContent: { returnType: 0 },
  }));
  rows.push({ type: "DELETE", condition: IGNORE, primaryKey: key("there", 99), returnContent: { returnType: 0 } });
  const written = await call("batchWriteRow", { tables: [{ tableName: TABLE, rows }] });
  assert.deepStrictEqual(written.tables.map((row) => row.isOk), Array(31).fill(true));
  const read = await call("batchGetRow", {
    tables: [{ tableName: TABLE, primaryKey: [key("there", 3), key("there", 99)], maxVersions: 1 }],
  });
  assert.deepStrictEqual(values(read.tables[0][0]), { v: 3 });
  assert.ok(!read.tables[0][1].attributes);
}

async function readRanges() {
  const all = [];
  let from = key("there", ots.INF_MIN);
  while (from) {
    const page = await call("getRange", {
      tableName: TABLE, direction: ots.Direction.FORWARD, maxVersions: 1, limit: 7,
      inclusiveStartPrimaryKey: from, exclusiveEndPrimaryKey: key("there", ots.INF_MAX),
    });
    all.push(...page.rows.map((row) => plain(row.primaryKey[1].value)));
    from = page.nextStartPrimaryKey && page.nextStartPrimaryKey.map((part) => ({ [part.name]: part.value }));
  }
  assert.deepStrictEqual(all, Array.from({ length: 30 }, (_, at) => at));
}

async function search() {
  const index = { tableName: TABLE, indexName: "index" };
  const field = { index: true, enableSortAndAgg: true, store: true, isAnArray: false };
  await call("createSearchIndex", {
    ...index, schema: { fieldSchemas: [{ ...field, fieldName: "v", fieldType: ots.FieldType.LONG }] },
  });
  const found = await call("search", {
    ...index,
    searchQuery: {
      offset: 0, limit: 3, getTotalCount: true,
      query: { queryType: ots.QueryType.RANGE_QUERY, query: { fieldName: "v", rangeFrom: 20, includeLower: true } },
      sort: { sorters: [{ fieldSort: { fieldName: "v", order: ots.SortOrder.SORT_ORDER_DESC } }] },
    },
    columnToGet: { returnType: ots.ColumnReturnType.RETURN_ALL },
  });
  assert.strictEqual(Number(found.totalCounts), 10);
  assert.deepStrictEqual(found.rows.map((row) => values(row).v), [29, 28, 27]);
  assert.strictEqual((await call("describeSearchIndex", index)).schema.fieldSchemas.length, 1);
  await call("deleteSearchIndex", index);
}

async function remove() {
  await call("deleteRow", { tableName: TABLE, condition: IGNORE, primaryKey: key("here", 1) });
  const gone = await call("getRow", { tableName: TABLE, primaryKey: key("here", 1), maxVersions: 1 });
  assert.ok(!gone.row?.attributes);
  await call("deleteTable", { tableName: TABLE });
  await refused("OTSObjectNotExist", "describeTable", { tableName: TABLE });
}

(async () => {
  for (const step of [create, writeAndRead, writeAndReadBatches, readRanges, search, remove]) {
    try {
      await step();
    } catch (error) {
      console.error(`${step.name}: ${error.stack || JSON.stringify(error)} ${error.code || ""}`);
      process.exit(1);
    }
  }
  console.log("all as it should be");
})();
