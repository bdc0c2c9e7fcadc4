const show = () => {
  const wanted = document.querySelector('nav [aria-pressed="true"]').dataset.show;
  for (const found of document.querySelectorAll("details.case")) {
    found.hidden = wanted !== "" && found.dataset.outcome !== wanted;
  }
};
document.querySelector("nav").addEventListener("click", (event) => {
  const pressed = event.target.closest("button");
  if (!pressed) return;
  for (const button of document.querySelectorAll("nav button")) {
    button.setAttribute("aria-pressed", String(button === pressed));
  }
  show();
});
addEventListener("hashchange", () => {
  const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (found && found.matches("details")) found.open = true;
});
