/**
 * A takeover as a value: what is to be done, and what was done when.
 *
 * <pre>{@code
 * TakeoverPlan plan = Takeover.plan(shadow.sas(nowNs), armed.atTakeover(nowNs), SPREAD, epoch, jitter);
 * // RoleEffect.RepairMargins: NEWAE for plan.repairs(), delete plan.shut()
 * // RoleEffect.PromoteEngine: Input.Promote(plan.epoch(), plan.sas()), then plan.rekeys()
 * }</pre>
 *
 * The steps with their times come from the role machine as {@link
 * io.pollux.ha.takeover.TakeoverRecord}.
 */
package io.pollux.ha.takeover;
