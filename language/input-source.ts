/** An input of a runbook as it is written. */
import { z } from 'zod'
import { limits } from '../contracts/limits.ts'
import { inputTypes } from '../contracts/runbook-input.ts'

const text = z.string().min(1)
/** What it may be follows from the type; read-input.ts says it. */
const inputValue = z.unknown()

export const input = z
  .strictObject({
    type: z.enum(inputTypes).describe('What its values are'),
    describe: text.describe('What it means, for whoever reads it in an incident'),
    unit: text
      .optional()
      .describe('Of an int or double, which must have one: that of the parameter it is for'),
    from: text
      .meta({ title: 'label or annotation of the alert', examples: ['alert.labels.application'] })
      .optional()
      .describe(
        'What the alert says of it, such as alert.labels.application; a text then needs one_of or max. What does not fit is refused and told. Not with schedule',
      ),
    default: inputValue
      .meta({ title: 'value' })
      .optional()
      .describe('What holds without it; without a default whatever needs it has no data'),
    min: inputValue
      .meta({ title: 'number or duration' })
      .optional()
      .describe('Its least value; of a text, its fewest characters'),
    max: inputValue
      .meta({ title: 'number or duration' })
      .optional()
      .describe('Its greatest value; of a text, its most characters'),
    one_of: z
      .array(z.string().min(1).max(limits.inputTextLength))
      .min(1)
      .max(100)
      .optional()
      .describe('The texts there are to choose from'),
  })
  .meta({ title: 'input' })
