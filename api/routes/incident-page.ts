import { z } from 'zod'
import { documented } from '../documented.ts'
import { ofOpenIncident } from '../examples.ts'
import type { Api } from '../validation.ts'
import { incidentParams } from './incidents.ts'

/**
 * Where the links of messages lead: what to type, and nothing of the incident, which is not even looked up. Programs that
 * preview links open it too; it has no form, no script and no token, and a GET changes nothing.
 */
export function incidentPageRoute(app: Api): void {
  app.get('/incidents/:number', following, (request, reply) => {
    reply.type('text/html; charset=utf-8')
    reply.headers({
      'content-security-policy':
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    })
    return page(request.params.number)
  })
}

/** The number has passed its pattern: digits and dashes. */
function page(number: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${number}</title>
</head>
<body>
<h1>${number}</h1>
<p>Say that you are on it:</p>
<pre>npx paramedic incident ack ${number}</pre>
<p>See what happened, what was tried and what waits for you:</p>
<pre>npx paramedic incident show ${number}</pre>
<p>When it is over, write and publish its post-mortem:</p>
<pre>npx paramedic postmortem edit ${number}</pre>
<pre>npx paramedic postmortem show ${number}</pre>
<p>This page shows no data and changes nothing.</p>
</body>
</html>
`
}

const following = documented({
  access: 'public',
  chapter: 'Incidents',
  id: 'readIncidentPage',
  summary: 'Where the links of messages lead',
  description:
    'A page with the commands to type. It is the same for every number, whether there is such an incident or not, and changes nothing.',
  schema: { params: incidentParams, response: { 200: z.string() } },
  replyType: 'text/html',
  examples: { page: { summary: 'A page', ...ofOpenIncident, reply: '<!doctype html>…' } },
})
