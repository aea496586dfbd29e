// The contract is named by the caller; the address of the server is known only when the driver runs.
export default {
  audience: {
    input: process.env.CONTRACT,
    output: { target: "client/api.ts", client: "fetch", baseUrl: { runtime: "process.env.AUDIENCE_URL" } },
  },
};
