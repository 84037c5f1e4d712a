/**
 * Whether the receiving side of a delivery `d` tells openings, or passes on reminders, as SQL: one that is here always, one behind a partner when
 * that says so and did not itself pass the document on.
 */
export function hears(feature: 'openings' | 'reminders'): string {
  return `(d.transfer_id is null or (not d.is_passed_on and exists (
    select from exchange.transfer way join exchange.partner told on told.id = way.partner_id where way.agency_id = d.agency_id and way.id = d.transfer_id and '${feature}' = any(told.features))))`;
}
