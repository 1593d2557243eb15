/** Sockets: IKE over UDP and VRRP. Adapters translate, they do not decide. */
package io.pollux.agent.io;
