// FLINT and Arb, under whichever names this system has: FLINT 3 swallowed Arb and moved its
// headers. The only file that includes them.
#pragma once

#if defined(MOTZKIN_FLINT3)
#include <flint/acb.h>
#include <flint/acb_elliptic.h>
#include <flint/acb_hypgeom.h>
#include <flint/acb_poly.h>
#include <flint/arb.h>
#include <flint/arb_hypgeom.h>
#include <flint/fmpq.h>
#else
#include <acb.h>
#include <acb_elliptic.h>
#include <acb_hypgeom.h>
#include <acb_poly.h>
#include <arb.h>
#include <arb_hypgeom.h>
#endif
