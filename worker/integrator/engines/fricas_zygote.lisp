; FriCAS integrates without its interpreter. An integrand arrives as prefix tokens
; (common/expression/printer.h), is built by calls into the domain Expression(Integer), and its
; integral is printed as infix text between quotes. The interpreter would search all its packages
; for the meaning of each operator, which takes 3 to 5 ms a function; this takes 0.6 ms.
;
; FriCAS runs this as `)lisp FORM`, one form a line: forms end at blank lines, and comments are
; whole lines. Symbols without bars are read in capitals, as are the tokens.

(setq motzkin-expression (|evalDomain| '(|Expression| (|Integer|))))

; A domain refers to itself in the types of its operations as $, and from FriCAS 1.3.9 on as %.
(setq motzkin-self (if (|compiledLookup| '+ '($ $ $) motzkin-expression) '$ '%))

(defun motzkin-lookup (name types domain)
  (|compiledLookup| name (subst motzkin-self '$ types) domain))

; Looks up an operation of a domain; an error if it has none of these types.
(defun motzkin-operation (name types domain)
  (or (motzkin-lookup name types domain) (error "no operation ~a" name)))

; Operations are pairs of a function and its domain, which is the last argument.
(defun motzkin-call (operation &rest arguments)
  (apply (car operation) (append arguments (list (cdr operation)))))

(defun motzkin-own (name &rest types)
  (motzkin-operation name types motzkin-expression))

(setq motzkin-from-integer (motzkin-own '|coerce| '$ '(|Integer|)))

(setq motzkin-to-rational
  (motzkin-own '|retractIfCan| '(|Union| (|Fraction| (|Integer|)) "failed") '$))

(setq motzkin-power (motzkin-own '^ '$ '$ '$))

(setq motzkin-rational-power (motzkin-own '^ '$ '$ '(|Fraction| (|Integer|))))

(setq motzkin-integer-power (motzkin-own '^ '$ '$ '(|Integer|)))

(setq motzkin-integrate
  (motzkin-operation '|integrate|
    '((|Union| (|Expression| (|Integer|)) (|List| (|Expression| (|Integer|))))
      (|Expression| (|Integer|)) (|Symbol|))
    (|evalDomain| '(|FunctionSpaceIntegration| (|Integer|) (|Expression| (|Integer|))))))

(setq motzkin-to-input-form (motzkin-own '|convert| '(|InputForm|) '$))

(setq motzkin-to-text
  (motzkin-operation '|unparse| '((|String|) $) (|evalDomain| '(|InputForm|))))

; The value of a leaf is a property of its token.
(let ((one (motzkin-call motzkin-from-integer 1)))
  (setf (get 'x 'motzkin-leaf) (motzkin-call (motzkin-own '|coerce| '$ '(|Symbol|)) '|x|))
  (setf (get 'pi 'motzkin-leaf) (motzkin-call (motzkin-own '|pi| '$)))
  (setf (get 'e 'motzkin-leaf) (motzkin-call (motzkin-own '|exp| '$ '$) one))
  (setf (get 'i 'motzkin-leaf)
    (motzkin-call (motzkin-own '|sqrt| '$ '$)
      (motzkin-call (motzkin-own '- '$ '$) one))))

; The operation of an operator, with its number of arguments, is a property of its token too. Names
; that FriCAS and we share stand for themselves. Operations that this version of FriCAS lacks stay
; undefined.
(defun motzkin-define (types names)
  (dolist (name names)
    (let* ((token (if (consp name) (car name) name))
           (own-name (if (consp name) (cdr name) (intern (string-downcase (symbol-name name)))))
           (operation (motzkin-lookup own-name types motzkin-expression)))
      (when operation
        (setf (get token 'motzkin-operation) (cons (1- (length types)) operation))))))

(motzkin-define '($ $)
  '((neg . -) sqrt exp (ln . |log|) abs sign sin cos tan cot sec csc asin acos atan asec acsc
    sinh cosh tanh coth sech csch asinh acosh atanh acoth asech acsch (ei . |Ei|) li (si . |Si|)
    (ci . |Ci|) (shi . |Shi|) (chi . |Chi|) erf erfi (fresnels . |fresnelS|)
    (fresnelc . |fresnelC|) (gamma . |Gamma|) digamma (lambertw . |lambertW|) dilog
    (elliptic_k . |ellipticK|)))

(motzkin-define '($ $ $)
  '((add . +) (sub . -) (mul . *) (div . /) polylog (uppergamma . |Gamma|) (besselj . |besselJ|)
    (bessely . |besselY|) (besseli . |besselI|) (besselk . |besselK|)))

; FriCAS's acot has another branch than ours, and FriCAS has no erfc.
(defun motzkin-equivalent (token argument)
  (let ((one (motzkin-call motzkin-from-integer 1)))
    (cond ((eq token 'acot)
           (motzkin-call (motzkin-own '|atan| '$ '$)
             (motzkin-call (motzkin-own '/ '$ '$ '$) one argument)))
          ((eq token 'erfc)
           (motzkin-call (motzkin-own '- '$ '$ '$) one
             (motzkin-call (motzkin-own '|erf| '$ '$) argument)))
          (t (|error| (format nil "FriCAS has no ~(~a~)" token))))))

(defvar motzkin-tokens nil)

(defun motzkin-digits (value)
  (if (integerp (car motzkin-tokens))
    (motzkin-digits (+ (* 10 value) (pop motzkin-tokens)))
    value))

; FriCAS treats rational exponents as numbers, not as expressions: x^(1/2) is algebraic.
(defun motzkin-raise (base exponent)
  (let ((rational (motzkin-call motzkin-to-rational exponent)))
    (cond ((not (eql 0 (car rational))) (motzkin-call motzkin-power base exponent))
          ((eql 1 (cddr rational)) (motzkin-call motzkin-integer-power base (cadr rational)))
          (t (motzkin-call motzkin-rational-power base (cdr rational))))))

(defun motzkin-read-many (count)
  (if (zerop count)
    nil
    (let ((first (motzkin-read))) (cons first (motzkin-read-many (1- count))))))

(defun motzkin-read ()
  (let* ((token (pop motzkin-tokens)) (operation (get token 'motzkin-operation)))
    (cond (operation
           (apply #'motzkin-call (cdr operation) (motzkin-read-many (car operation))))
          ((get token 'motzkin-leaf))
          ((eq token 'int+) (motzkin-call motzkin-from-integer (motzkin-digits 0)))
          ((eq token 'int-) (motzkin-call motzkin-from-integer (- (motzkin-digits 0))))
          ((eq token 'pow) (apply #'motzkin-raise (motzkin-read-many 2)))
          (t (motzkin-equivalent token (motzkin-read))))))

(defun motzkin-print (integral)
  (format t "~%\"~a\"~%" (motzkin-call motzkin-to-text (motzkin-call motzkin-to-input-form integral))))

; The integral is a union: tag 0 with an expression, or tag 1 with several, each right under
; conditions that FriCAS could not decide. The first one is taken.
(defun motzkin-integral (tokens)
  (setq motzkin-tokens tokens)
  (let ((integral (motzkin-call motzkin-integrate (motzkin-read) '|x|)))
    (motzkin-print (if (eql 0 (car integral)) (cdr integral) (cadr integral)))))
