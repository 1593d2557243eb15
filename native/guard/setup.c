#include "setup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper.h"
#include "notify.h"

#define KEPT_JOURNAL "journal"
#define PAGE_FILE "guard.page" /* the version of the running guard's page, for whoever has installed another one */

/*
 * After the death of a guard the service manager makes root the owner of what it finds here (RuntimeDirectoryPreserve=), and
 * in a sticky directory the engine could not take away its own old socket. Only sockets are removed: they hold nothing.
 */
static void remove_stale_sockets(int directory) {
    int again = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = again < 0 ? NULL : fdopendir(again);
    if (entries == NULL) {
        if (again >= 0) close(again);
        return;
    }
    struct stat status;
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
        if (S_ISSOCK(status.st_mode) && status.st_uid == 0) unlinkat(directory, entry->d_name, 0);
    }
    closedir(entries);
}

static void tell_page(int directory) {
    unlinkat(directory, PAGE_FILE, 0);
    int file = openat(directory, PAGE_FILE, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0 || fchmod(file, 0644) != 0 || dprintf(file, "%u\n", PAGE_VERSION) < 0)
        say("warning: cannot write " PAGE_FILE ": %s", strerror(errno));
    if (file >= 0) close(file);
}

void setup_leave(int directory, bool fenceFileStays) {
    unlinkat(directory, PAGE_FILE, 0);
    if (!fenceFileStays) unlinkat(directory, FENCE_FILE, 0);
}

int setup_run_directory(const char *path, const struct launch *launch) {
    if (mkdir(path, 0755) != 0 && errno != EEXIST) return -1;
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return -1;
    if (launch->switchUser && (fchown(directory, 0, launch->gid) != 0 || fchmod(directory, 01775) != 0)) return -1;
    int file = openat(directory, "guard.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0 || flock(file, LOCK_EX | LOCK_NB) != 0) return -1; /* held for ever */
    if (launch->switchUser) remove_stale_sockets(directory);
    tell_page(directory);
    return directory;
}

static int open_memory(const char *name, off_t size) {
    int file = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0 || size == 0) return file;
    /* Sealed: the JVM cannot cut the page away under the guard's feet. */
    if (ftruncate(file, size) != 0 || fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return -1;
    return file;
}

struct page *setup_page(struct launch *launch) {
    int file = open_memory("pollux-guard", PAGE_OCTETS);
    if (file < 0) return NULL;
    struct page *page = mmap(NULL, PAGE_OCTETS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0);
    if (page == MAP_FAILED) return NULL;
    memset(page, 0, PAGE_OCTETS);
    page->magic = PAGE_MAGIC;
    page->version = PAGE_VERSION;
    page->size = PAGE_OCTETS;
    page->guardPid = (uint32_t)getpid();
    /*
     * The local journal of the daemon lives here across restarts: those of the daemon, for which the guard holds it, and
     * those of the guard (an upgrade, a crash), for which the service manager does. It never was in a file.
     */
    int journal = notify_kept(KEPT_JOURNAL);
    if (journal < 0) journal = open_memory("pollux-journal", 0);
    if (journal < 0) return NULL;
    launch->inherited[0] = file;
    launch->inherited[1] = journal;
    if (notify_present() && notify_kept(KEPT_JOURNAL) < 0 && !notify_keep(journal, KEPT_JOURNAL))
        say("warning: the service manager does not keep the journal: %s", strerror(errno));
    char number[16];
    snprintf(number, sizeof number, "%d", file);
    setenv("POLLUX_GUARD_FD", number, 1);
    snprintf(number, sizeof number, "%d", journal);
    setenv("POLLUX_JOURNAL_FD", number, 1);
    return page;
}

int setup_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGHUP); /* no terminal, no configuration of its own: nothing happens */
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* inherited as ignored, it would make the child's end vanish */
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}
