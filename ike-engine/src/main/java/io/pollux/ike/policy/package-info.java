/**
 * What the operator wants: connections, children, proposals, traffic selectors; and the choices
 * made from them: narrowing, selection.
 */
package io.pollux.ike.policy;
