package dev.recurrent.cell;

/** Names the elementwise functions of one argument that a program may use. */
public enum UnaryOp {
  /** 1 / (1 + exp(-a)). */
  SIGMOID(true) {
    @Override
    public double apply(double a) {
      return a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a));
    }
  },
  /** Hyperbolic tangent. */
  TANH(true) {
    @Override
    public double apply(double a) {
      return Math.tanh(a);
    }
  },
  /** max(a, 0); its derivative at 0 is 0. */
  RELU(false) {
    @Override
    public double apply(double a) {
      return a > 0 || Double.isNaN(a) ? a : 0;
    }
  },
  /** e to the power a. */
  EXP(true) {
    @Override
    public double apply(double a) {
      return Math.exp(a);
    }
  },
  /** Natural logarithm. */
  LOG(true) {
    @Override
    public double apply(double a) {
      return Math.log(a);
    }
  },
  /** Square root. */
  SQRT(true) {
    @Override
    public double apply(double a) {
      return Math.sqrt(a);
    }
  },
  /** -a. */
  NEGATE(false) {
    @Override
    public double apply(double a) {
      return -a;
    }
  },
  /** 1 / a. */
  RECIPROCAL(true) {
    @Override
    public double apply(double a) {
      return 1 / a;
    }
  },
  /** log(1 + exp(a)), without overflow. */
  SOFTPLUS(true) {
    @Override
    public double apply(double a) {
      return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
    }
  };

  private final boolean costly;

  UnaryOp(boolean costly) {
    this.costly = costly;
  }

  /** Computes the function in double precision: the reference for every backend. */
  public abstract double apply(double a);

  /** Tells whether a value of this function is worth storing rather than computing again. */
  public boolean costly() {
    return costly;
  }
}
