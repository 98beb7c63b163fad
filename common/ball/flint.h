// The only file that includes FLINT and Arb, whose headers have other names in FLINT 3: it took Arb
// in.
#pragma once

#if defined(MOTZKIN_FLINT3)
#include <flint/acb.h>
#include <flint/acb_calc.h>
#include <flint/acb_elliptic.h>
#include <flint/acb_hypgeom.h>
#include <flint/acb_poly.h>
#include <flint/arb.h>
#include <flint/arb_hypgeom.h>
#include <flint/fmpq.h>
#else
#include <acb.h>
#include <acb_calc.h>
#include <acb_elliptic.h>
#include <acb_hypgeom.h>
#include <acb_poly.h>
#include <arb.h>
#include <arb_hypgeom.h>
#endif
