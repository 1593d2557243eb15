/**
 * Roles and fencing of two real polluxd in one guest: rows of the decision table, split brains and
 * their healing, external mode, checks and hooks. Judged by the segment's capture (who advertises,
 * who claims and sends from the virtual addresses) and by the kernels, besides what the daemons say
 * themselves.
 */
package io.pollux.it.roles;
