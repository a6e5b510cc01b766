import { answerTimeout } from './answer-timeout.ts'
import type { CheckDefinition } from './definition.ts'

export const prometheusChecks = {
  'prometheus.scrape': {
    kind: 'prometheus',
    describe: 'One metric of a Prometheus text endpoint, scraped now',
    parameters: {
      metric: { type: 'string', describe: 'Name of the metric', required: true, min: 1, max: 256 },
      labels: { type: 'labels', describe: 'Labels that must be equal; several series are summed' },
      timeout: answerTimeout,
    },
    fields: {
      value: {
        type: 'double',
        unit: 'that of the metric',
        describe: 'The sum of the matching series; missing when none matches or it is NaN or infinite',
      },
      series: { type: 'int', unit: 'series', describe: 'How many series matched' },
    },
  },
} as const satisfies Record<string, CheckDefinition>
