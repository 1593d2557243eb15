/**
 * The failover drill on a live pair: what it will cost ({@code DrillPlan}), how it went ({@code
 * DrillRecord}), what a reviewer may conclude ({@code Judge}, {@code Criterion}) and reads ({@code
 * Report}). Those are functions of what was observed. {@code DrillRunner} does the observing and
 * the damage: it runs in a process of its own that {@code polluxctl drill} starts, asks the daemon
 * over its control socket ({@code ControlClient}) like any other client, and so outlives it.
 *
 * <pre>{@code
 * DrillRecord record = new DrillRunner(client, settings, targets, out).run();
 * List<Criterion> criteria = Judge.judge(record);
 * Report.write(directory, record);                           // report.json, report.html
 * }</pre>
 */
package io.pollux.agent.drill;
