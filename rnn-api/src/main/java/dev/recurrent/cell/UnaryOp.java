package dev.recurrent.cell;

import java.util.function.IntSupplier;

/** Names the elementwise functions of one argument that a program may use. */
public enum UnaryOp {
  /** 1 / (1 + exp(-a)). */
  SIGMOID(true) {
    @Override
    public double apply(double a) {
      return a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a));
    }

    @Override
    public int gradient(Expressions e, int dy, IntSupplier x, IntSupplier y) {
      int rising = e.apply(BinaryOp.TIMES, dy, y.getAsInt());
      return e.apply(BinaryOp.TIMES, rising, e.apply(BinaryOp.MINUS, e.constant(1), y.getAsInt()));
    }
  },
  /** Hyperbolic tangent. */
  TANH(true) {
    @Override
    public double apply(double a) {
      return Math.tanh(a);
    }

    @Override
    public int gradient(Expressions e, int dy, IntSupplier x, IntSupplier y) {
      int one = e.constant(1);
      int squared = e.apply(BinaryOp.TIMES, y.getAsInt(), y.getAsInt());
      return e.apply(BinaryOp.TIMES, dy, e.apply(BinaryOp.MINUS, one, squared));
    }
  },
  /** max(a, 0); its derivative at 0 is 0. */
  RELU(false) {
    @Override
    public double apply(double a) {
      return a > 0 || Double.isNaN(a) ? a : 0;
    }

    @Override
    public int gradient(Expressions e, int dy, IntSupplier x, IntSupplier y) {
      return e.apply(BinaryOp.TIMES, dy, e.apply(BinaryOp.GREATER, y.getAsInt(), e.constant(0)));
    }
  },
  /** e to the power a. */
  EXP(true) {
    @Override
    public double apply(double a) {
      return Math.exp(a);
    }

    @Override
    public int gradient(Expressions e, int dy, IntSupplier x, IntSupplier y) {
      return e.apply(BinaryOp.TIMES, dy, y.getAsInt());
    }
  },
  /** Natural logarithm. */
  LOG(true) {
    @Override
    public double apply(double a) {
      return Math.log(a);
    }

    @Override
    public int gradient(Expressions e, int dy, IntSupplier x, IntSupplier y) {
      return e.apply(BinaryOp.DIVIDE, dy, x.getAsInt());
    }
  },
  /** Square root. */
  SQRT(true) {
    @Override
    public double apply(double a) {
      return Math.sqrt(a);
    }

    @Override
    public int gradient(Expressions e, int dy, IntSupplier x, IntSupplier y) {
      return e.apply(BinaryOp.TIMES, e.constant(0.5), e.apply(BinaryOp.DIVIDE, dy, y.getAsInt()));
    }
  },
  /** -a. */
  NEGATE(false) {
    @Override
    public double apply(double a) {
      return -a;
    }

    @Override
    public int gradient(Expressions e, int dy, IntSupplier x, IntSupplier y) {
      return e.apply(NEGATE, dy);
    }
  },
  /** 1 / a. */
  RECIPROCAL(true) {
    @Override
    public double apply(double a) {
      return 1 / a;
    }

    @Override
    public int gradient(Expressions e, int dy, IntSupplier x, IntSupplier y) {
      int once = e.apply(BinaryOp.TIMES, dy, y.getAsInt());
      return e.apply(NEGATE, e.apply(BinaryOp.TIMES, once, y.getAsInt()));
    }
  },
  /** log(1 + exp(a)), without overflow. */
  SOFTPLUS(true) {
    @Override
    public double apply(double a) {
      return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
    }

    @Override
    public int gradient(Expressions e, int dy, IntSupplier x, IntSupplier y) {
      return e.apply(BinaryOp.TIMES, dy, e.apply(SIGMOID, x.getAsInt()));
    }
  };

  private final boolean costly;

  UnaryOp(boolean costly) {
    this.costly = costly;
  }

  /** Computes the function in double precision: the reference for every backend. */
  public abstract double apply(double a);

  /**
   * Writes the gradient of x where that of y = f(x) is dy. This is the one place that knows it: the
   * derivatives of cells and those of the tape are made of it.
   *
   * @param x where the argument is read; not asked for where y says enough
   * @param y where the value is read; not asked for where it is not needed
   */
  public abstract int gradient(Expressions e, int dy, IntSupplier x, IntSupplier y);

  /** Tells whether a value of this function is worth storing rather than computing again. */
  public boolean costly() {
    return costly;
  }
}
