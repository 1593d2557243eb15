/**
 * Why a tunnel carries nothing: the failure tree of an outage, walked with evidence. {@code
 * FailureTree} is a function of what was observed; who observes is {@code Gateway}.
 */
package io.pollux.agent.diagnose;
