import { html } from 'htm/preact';
import { officeKinds } from '../contract.ts';
import { fieldOf, passwordFields, problemBox, publicPage, type Filled } from './page.ts';
import { say, words, type Language } from './words.ts';

/** The application of an organisation, by itself or invited. */
export function applicationPage(options: Filled & { language: Language; action: string; invitedBy: string | undefined }): string {
  const { language, action, values, problem, invitedBy } = options;
  const w = words[language];
  const field = (entry: Parameters<typeof fieldOf>[0]) => fieldOf(entry, { values, problem });
  return publicPage({
    language,
    path: action,
    title: w.applyTitle,
    children: html`
      ${problemBox(language, problem)}
      <h1>${w.applyTitle}</h1>
      <p class="lead">${invitedBy === undefined ? null : html`<b>${say(w.invitedBy, { name: invitedBy })}</b>`} ${w.applyLead}</p>
      <form method="post" enctype="multipart/form-data" action=${`${action}?lang=${language}`}>
        <fieldset>
          <legend>${w.organisation}</legend>
          ${field({ name: 'name', label: w.name, autocomplete: 'organization' })}
          <div class="pair">
            ${field({ name: 'abbreviation', label: w.abbreviation, hint: w.abbreviationHint })} ${field({ name: 'licenceNumber', label: w.licenceNumber })}
          </div>
          <div class="field">
            <label for="kind">${w.kind}</label>
            <select id="kind" name="kind">
              ${officeKinds.map((kind) => html`<option value=${kind} selected=${values['kind'] === kind}>${w[kind]}</option>`)}
            </select>
          </div>
          ${field({ name: 'address', label: w.address, autocomplete: 'street-address' })}
          ${field({ name: 'papers', label: w.papers, hint: w.papersHint, type: 'file', accept: '.pdf,.jpg,.jpeg,.png,.cer,.crt,.pem', multiple: true })}
        </fieldset>
        <fieldset>
          <legend>${w.contact}</legend>
          <div class="pair">${field({ name: 'contactName', label: w.contactName, autocomplete: 'name' })} ${field({ name: 'contactTitle', label: w.contactTitle, autocomplete: 'organization-title' })}</div>
          <div class="pair">${field({ name: 'email', label: w.email, type: 'email', autocomplete: 'email' })} ${field({ name: 'phone', label: w.phone, type: 'tel', autocomplete: 'tel' })}</div>
        </fieldset>
        <fieldset>
          <legend>${w.account}</legend>
          <p class="hint">${w.accountHint}</p>
          ${passwordFields(language, { values, problem })}
        </fieldset>
        <button type="submit">${w.send}</button>
      </form>
    `,
  });
}
