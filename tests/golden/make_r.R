suppressPackageStartupMessages({library(survey);library(sandwich);library(MASS)})
set.seed(20261128)
# sections of two texts with hits of twelve terms
rows <- list()
m <- c(9, 14); n <- 12
out <- data.frame()
for (side in 1:2) {
  size <- round(exp(rnorm(m[side], 6, .5)))
  for (t in 1:n) {
    rate <- 2^(t/3)/1000 * ifelse(side == 2 & t %% 3 == 0, 2, 1)
    hits <- rnbinom(m[side], mu = rate*size, size = 1.5)
    out <- rbind(out, data.frame(side=c("a","b")[side], section=1:m[side], tokens=size, term=paste0("t",sprintf("%02d",t)), hits=hits))
  }
}
write.csv(out, "sections.csv", row.names=FALSE, quote=FALSE)
res <- data.frame()
for (t in unique(out$term)) {
  d <- out[out$term==t,]
  for (s in c("a","b")) {
    x <- d[d$side==s,]; k <- nrow(x)
    if (sum(x$hits)==0) next
    des <- svydesign(ids=~section, data=x, weights=rep(1,k))
    r <- svyratio(~hits, ~tokens, des)
    g <- glm(hits ~ 1, offset=log(tokens), family=quasipoisson, data=x)
    p <- glm(hits ~ 1, offset=log(tokens), family=poisson, data=x)
    res <- rbind(res, data.frame(term=t, side=s, rate=coef(r)[[1]], se_survey=SE(r)[[1]],
       phi_glm=summary(g)$dispersion, se_hc0=sqrt(vcovHC(p,type="HC0")[1,1]), se_hc2=sqrt(vcovHC(p,type="HC2")[1,1]), se_cl=sqrt(vcovCL(p,cluster=x$section,type="HC1")[1,1])))
  }
}
write.csv(res, "rates_r.csv", row.names=FALSE, quote=FALSE)
two <- data.frame()
for (t in unique(out$term)) {
  d <- out[out$term==t,]; d$b <- as.integer(d$side=="b")
  if (any(tapply(d$hits,d$side,sum)==0)) next
  p <- glm(hits ~ b, offset=log(tokens), family=poisson, data=d)
  q <- glm(hits ~ b, offset=log(tokens), family=quasipoisson, data=d)
  nb <- tryCatch(suppressWarnings(glm.nb(hits ~ b + offset(log(tokens)), data=d)), error=function(e) NULL)
  nb_p <- if (is.null(nb)) NA else summary(nb)$coefficients["b","Pr(>|z|)"]
  two <- rbind(two, data.frame(term=t, log2_ratio=coef(p)[["b"]]/log(2), se_hc2=sqrt(vcovHC(p,type="HC2")["b","b"])/log(2), se_hc0=sqrt(vcovHC(p,type="HC0")["b","b"])/log(2),
     p_quasi=summary(q)$coefficients["b","Pr(>|t|)"], p_negbin=nb_p))
}
write.csv(two, "ratios_r.csv", row.names=FALSE, quote=FALSE)
# Kendall, BH
cat(R.version.string, as.character(packageVersion("survey")), as.character(packageVersion("sandwich")), as.character(packageVersion("MASS")), "\n")
