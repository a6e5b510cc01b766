/** The floors of accepting: bare Fastify routes that store the body and answer when it is committed. A process of its own. */
import Fastify from 'fastify'
import pg from 'pg'

// As many connections as the api has.
const pool = new pg.Pool({ connectionString: process.env['BENCH_DATABASE_URL'], max: 10 })
// SQL outside of store/: these tables are the floor's own and no part of Paramedic.
await pool.query('create table if not exists floor (id bigserial primary key, body text not null)')

const app = Fastify()
app.get('/readyz', async () => 'ready')
app.post('/insert', async (request, reply) => {
  await pool.query('insert into floor (body) values ($1)', [JSON.stringify(request.body)])
  reply.code(202)
  return { accepted: 1 }
})
const commitTogether = groupCommit()
app.post('/grouped', async (request, reply) => {
  await commitTogether(JSON.stringify(request.body))
  reply.code(202)
  return { accepted: 1 }
})
process.once('SIGTERM', () => void app.close().then(() => pool.end()))
await app.listen({ host: '127.0.0.1', port: Number(process.env['BENCH_PORT']) })

/** What arrives while a commit is on its way is committed together by the next one. */
function groupCommit(): (body: string) => Promise<void> {
  let waiting: { body: string; resolve: () => void; reject: (error: unknown) => void }[] = []
  let isCommitting = false

  async function commit(): Promise<void> {
    isCommitting = true
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      try {
        await pool.query('insert into floor (body) select * from unnest($1::text[])', [
          group.map(({ body }) => body),
        ])
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    isCommitting = false
  }

  return body =>
    new Promise((resolve, reject) => {
      waiting.push({ body, resolve, reject })
      if (!isCommitting) void commit()
    })
}
