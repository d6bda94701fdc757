/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of verdicts.bpf.c, and the stories that attach them, agree on (tests/vm/harness/trials/xdp.py reads
 * it).
 */
#pragma once

/* The UDP ports that say what becomes of a frame. A frame to one of them is counted under it, less the first. */
#define PORT_PASS 9000
#define PORT_DROP 9001
#define PORT_SEND_BACK 9002
#define PORT_REDIRECT_BY_MAP 9003
#define PORT_REDIRECT_BY_NUMBER 9004
#define PORT_SOCKET 9005
#define PORT_GROUP 9006  /* passes; for broadcasts */
#define PORT_ONWARD 9007 /* what another device gives to the master */
#define PORTS 8

/* What else is counted. */
#define COUNT_STRANGER 8     /* frames for which the program is told of another device than the master */
#define COUNT_SOCKET_FOUND 9 /* of PORT_PASS: the program's namespace has a socket for it */
#define COUNT_LEAVING 10     /* by the master, where a map's entry has a program of its own */
#define COUNT_LONG 11        /* frames that are longer than an Ethernet without jumbo frames has */
#define COUNTS 12

/* Numbers of devices, told to the programs. */
#define SETTING_MASTER 0
#define SETTING_AWAY 1
#define SETTINGS 2

/* Entries of the map of devices. */
#define TARGET_AWAY 0
#define TARGET_MASTER 1
#define TARGETS 2
