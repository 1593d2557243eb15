/*
 * A User-Mode Linux 6.1 kernel saves and restores its processes' registers in a buffer of the size it was compiled with. A host
 * with larger extended state (AMX: 11,008 octets) answers EFAULT to every PTRACE_SETREGSET that is not the whole of it, and the
 * guest panics: "ptrace set fp regs failed, errno = 14". Preloaded into the guest kernel, this fills up what the caller left
 * out with what the process has.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define LARGEST 65536

static int whole_wanted;

static long set_whole(long pid, const struct iovec *part)
{
	static __thread unsigned char state[LARGEST] __attribute__((aligned(64)));
	struct iovec whole = {state, sizeof state};

	if (syscall(SYS_ptrace, PTRACE_GETREGSET, pid, NT_X86_XSTATE, &whole) < 0)
		return -1;
	memcpy(state, part->iov_base, part->iov_len < whole.iov_len ? part->iov_len : whole.iov_len);
	return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, NT_X86_XSTATE, &whole);
}

long ptrace(enum __ptrace_request request, ...)
{
	long pid, addr, data, got, out = 0;
	va_list args;

	va_start(args, request);
	pid = va_arg(args, int);
	addr = va_arg(args, long);
	data = va_arg(args, long);
	va_end(args);
	if (request == PTRACE_SETREGSET && addr == NT_X86_XSTATE) {
		if (!whole_wanted) {
			got = syscall(SYS_ptrace, request, pid, addr, data);
			if (got == 0 || errno != EFAULT)
				return got;
			whole_wanted = 1;
		}
		return set_whole(pid, (const struct iovec *)data);
	}
	if (request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKUSER) {
		got = syscall(SYS_ptrace, request, pid, addr, &out);
		if (got >= 0)
			errno = 0;
		return got < 0 ? got : out;
	}
	return syscall(SYS_ptrace, request, pid, addr, data);
}
