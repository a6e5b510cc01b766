import type { Words } from './notice-words.ts'

/** The HTML part of a mail: no image, no script, no style sheet, one link that changes nothing. Every text is escaped. */
export function htmlOf(words: Words): string {
  const sentences = words.sentences.map(text => `<p>${escaped(text)}</p>`)
  const facts = words.facts.map(
    ({ name, value }) => `<tr><th align="left">${escaped(name)}</th><td>${escaped(value)}</td></tr>`,
  )
  const commands = words.commands.map(
    ({ purpose, command }) => `<p>${escaped(purpose)}:</p><pre>${escaped(command)}</pre>`,
  )
  const link =
    words.link === undefined ? [] : [`<p><a href="${escaped(words.link)}">${escaped(words.link)}</a></p>`]
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<title>${escaped(words.subject)}</title></head><body>`,
    `<h1 style="font-size:1.2em">${escaped(words.subject)}</h1>`,
    ...sentences,
    ...(facts.length === 0 ? [] : ['<table>', ...facts, '</table>']),
    ...commands,
    ...link,
    `<p><small>${escaped(words.footer)}</small></p>`,
    '</body></html>',
  ].join('\n')
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => entities[character] ?? character)
}
