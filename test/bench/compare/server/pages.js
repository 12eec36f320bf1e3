import Handlebars from 'handlebars';

const template = Handlebars.compile(`<!doctype html><title>{{q}}</title><ul>
{{#each found}}<li class="{{#if stock}}in{{else}}out{{/if}}"><a href="/p/{{id}}">{{name}}</a> <b>{{price.text}}</b></li>
{{/each}}</ul>`);

export function renderResults(q, found) {
  return template({ q, found });
}
