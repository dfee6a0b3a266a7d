import { brandSign, icon } from '../components/sprite.ts'
import { document, type Looks } from '../document.ts'
import { html, type Content, type Html } from '../html.ts'
import { LANGUAGES, type Text } from '../text/catalogue.ts'
import { TEXTS } from '../text/format.ts'

/** What all pages outside the shell are told. */
interface Entrance {
  readonly looks: Looks
  /** Path and query of this page without `lang`: the other language is one link away. */
  readonly here: string
  /** The readings come from a simulation. */
  readonly demonstration?: boolean
}

export interface LoginModel extends Entrance {
  /** Where the form posts to. Fields: `username`, `password`, `next`, `csrf` when given. */
  readonly action: string
  /** Where to go afterwards; the caller has checked that it is a path of this server. */
  readonly next: string
  readonly csrf?: string
  readonly email?: string
  readonly problem?: 'credentials' | 'throttled' | 'rejected'
  readonly loggedOut?: boolean
}

export interface LinkModel extends Entrance {
  /** Where the button posts to. Fields: `token`, `csrf` when given. Null: the link no longer works. */
  readonly action: string | null
  readonly token: string
  readonly csrf?: string
}

export interface SetPasswordModel extends Entrance {
  /** Where the form posts to. Fields: `email`, `password`, `repeat`, `csrf`. */
  readonly action: string
  readonly csrf: string
  readonly email: string
  readonly problem?: 'tooShort' | 'mismatch' | 'emailTaken' | 'emailInvalid' | 'rejected'
}

/** The pages through which people come in, as whole documents. */
export interface AuthPages {
  login(model: LoginModel): string
  link(model: LinkModel): string
  setPassword(model: SetPasswordModel): string
}

const hidden = (name: string, value: string | undefined): Content =>
  value !== undefined && html`<input type="hidden" name="${name}" value="${value}" />`

const problemLine = (words: string): Html =>
  html`<p class="error" id="problem" role="alert">${icon('close')}${words}</p>`

const invalid = (here: boolean): Content => here && html` aria-invalid="true" aria-describedby="problem"`

function languages(looks: Looks, here: string, text: Text): Html {
  const separator = here.includes('?') ? '&' : '?'
  return html`<nav class="row small" aria-label="${text.auth.languages}">
    ${LANGUAGES.map((language, index) => [
      index > 0 && html`<span class="muted" aria-hidden="true">·</span>`,
      language === looks.language
        ? html`<span lang="${language}" aria-current="true">${TEXTS[language].language.own}</span>`
        : html`<a href="${here}${separator}lang=${language}" lang="${language}" hreflang="${language}"
            >${TEXTS[language].language.own}</a
          >`,
    ])}
  </nav>`
}

/** A page without the shell: the sign, one card, the languages. */
export function entrance(model: Entrance, title: string, card: Content): string {
  const text = TEXTS[model.looks.language]
  return document(model.looks, {
    title,
    bodyClass: 'solo',
    body: html`<main class="entrance">
      <a class="brand" href="/dashboard">${brandSign}Windbox</a>
      ${model.demonstration && html`<p class="mode" title="${text.shell.demonstrationHint}">${text.shell.demonstration}</p>`}
      <section class="card">${card}</section>
      ${languages(model.looks, model.here, text)}
    </main>`,
  })
}

export const authPages: AuthPages = {
  login(model) {
    const text = TEXTS[model.looks.language].auth
    const wrong = model.problem === 'credentials'
    return entrance(
      model,
      text.logIn,
      html`<form method="post" action="${model.action}">
        <h1>${text.logIn}</h1>
        ${model.loggedOut && html`<p class="muted" role="status">${text.loggedOut}</p>`}
        ${hidden('csrf', model.csrf)}${hidden('next', model.next)}
        <label class="field"
          ><span>${text.email}</span
          ><input
            class="input"
            type="email"
            name="username"
            autocomplete="username"
            value="${model.email}"
            required${invalid(wrong)}
        /></label>
        <label class="field"
          ><span>${text.password}</span
          ><input
            class="input"
            type="password"
            name="password"
            autocomplete="current-password"
            required${invalid(wrong)}
        /></label>
        ${model.problem && problemLine(text[model.problem])}
        <button class="btn primary">${text.enter}</button>
        <p class="muted small">${text.askAdmin}</p>
      </form>`,
    )
  },

  link(model) {
    const text = TEXTS[model.looks.language].auth
    if (model.action === null) {
      return entrance(
        model,
        text.linkGone,
        html`<div class="state">
          ${icon('lock')}
          <h1>${text.linkGone}</h1>
          <p>${text.linkGoneHint}</p>
          <a class="btn" href="/dashboard/login">${text.enter}</a>
        </div>`,
      )
    }
    return entrance(
      model,
      text.linkTitle,
      html`<form method="post" action="${model.action}">
        <h1>${text.linkTitle}</h1>
        <p>${text.linkHint}</p>
        ${hidden('csrf', model.csrf)}${hidden('token', model.token)}
        <button class="btn primary">${text.linkButton}</button>
      </form>`,
    )
  },

  setPassword(model) {
    const text = TEXTS[model.looks.language].auth
    const aboutEmail = model.problem === 'emailTaken' || model.problem === 'emailInvalid'
    const aboutPassword = model.problem === 'tooShort' || model.problem === 'mismatch'
    return entrance(
      model,
      text.setTitle,
      html`<form method="post" action="${model.action}">
        <h1>${text.setTitle}</h1>
        <p>${text.setHint}</p>
        ${hidden('csrf', model.csrf)}
        <label class="field"
          ><span>${text.email}</span
          ><input
            class="input"
            type="email"
            name="email"
            autocomplete="username"
            value="${model.email}"
            required${invalid(aboutEmail)}
        /></label>
        <label class="field"
          ><span>${text.newPassword}</span
          ><input
            class="input"
            type="password"
            name="password"
            autocomplete="new-password"
            minlength="8"
            required${invalid(aboutPassword)}
          /><small>${text.passwordRule}</small></label
        >
        <label class="field"
          ><span>${text.repeat}</span
          ><input
            class="input"
            type="password"
            name="repeat"
            autocomplete="new-password"
            minlength="8"
            required${invalid(model.problem === 'mismatch')}
        /></label>
        ${model.problem && problemLine(text[model.problem])}
        <button class="btn primary">${text.save}</button>
      </form>`,
    )
  },
}
