// Where the owner signs in.
import { Child, h } from "./dom";
import { Owner } from "./owner";
import { View } from "./view";

export class SignInView implements View {
  readonly title = "Sign in";
  readonly questions = [];

  constructor(private readonly owner: Owner) {}

  draw(): Child[] {
    if (this.owner.mayAct) return [h("h1", {}, this.title), h("p", {}, "You are signed in.")];
    return [
      h("h1", {}, this.title),
      this.owner.passwordSet
        ? h("form", { class: "orders", "data-form": "sign-in" },
          h("label", { for: "password" }, "Password"), " ",
          h("input", { id: "password", name: "password", type: "password", autocomplete: "current-password", required: true, maxlength: 1000 }), " ",
          h("button", {}, "Sign in"))
        : h("p", {}, "The page has no password, so it is for looking only. On the coordinator's machine type: ",
          h("code", {}, "motzkin web-password")),
    ];
  }
}
