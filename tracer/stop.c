/* SPDX-License-Identifier: GPL-2.0-only */
#include "stop.h"

#include <poll.h>
#include <stddef.h>

#include "clock.h"

static volatile sig_atomic_t stop;

static const int stop_signals[] = { SIGINT, SIGTERM, SIGHUP };
enum { STOP_SIGNALS = sizeof(stop_signals) / sizeof(stop_signals[0]) };

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
	/* The first one ends the run in order; a second one, whichever, kills. */
	for (int i = 0; i < STOP_SIGNALS; i++)
		signal(stop_signals[i], SIG_DFL);
}

const volatile sig_atomic_t *stop_catch(void)
{
	/*
	 * SA_RESTART: stdio drops what it holds when a write is interrupted. Waiting for records is
	 * not restarted all the same, epoll_wait(2) never is.
	 */
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART }, old;

	for (int i = 0; i < STOP_SIGNALS; i++) {
		/* nohup ignores SIGHUP for us, and means it. */
		if (stop_signals[i] == SIGHUP && !sigaction(SIGHUP, NULL, &old) &&
		    old.sa_handler == SIG_IGN)
			continue;
		sigaction(stop_signals[i], &sa, NULL);
	}
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	return &stop;
}

void stop_wait(uint64_t until)
{
	sigset_t blocked, before;
	struct timespec left;
	uint64_t now;

	/* Blocked but while it sleeps: one that comes just before would not end the sleep. */
	sigemptyset(&blocked);
	for (int i = 0; i < STOP_SIGNALS; i++)
		sigaddset(&blocked, stop_signals[i]);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	while (!stop && (now = clock_now()) < until) {
		left.tv_sec = (time_t)((until - now) / 1000000000);
		left.tv_nsec = (long)((until - now) % 1000000000);
		ppoll(NULL, 0, &left, &before);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
}
